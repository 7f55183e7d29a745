"""The commands of ./fapiao: each module has add_arguments(parser) and run(arguments) -> exit code."""
