"""The commands of ./fapiao: each module has HELP, add_arguments(parser) and run(arguments) -> exit code."""
