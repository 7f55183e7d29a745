"""A command that is told to end while others work says what goes on."""

import signal

import pytest

from launcher.ending import EndedBySignal, waiting_for

SAID = "Ended by {signal}: it goes on."


def test_whoever_is_ended_while_it_waits_for_others_does_not_say_that_all_was_stopped() -> None:
    with pytest.raises(EndedBySignal) as ended, waiting_for(SAID):
        raise EndedBySignal(signal.SIGTERM)
    assert {ended.value.sentence, ended.value.late_sentence} == {"Ended by SIGTERM: it goes on."}


def test_so_does_one_that_is_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), waiting_for(SAID):
        raise KeyboardInterrupt
    assert capsys.readouterr().err == "Ended by SIGINT: it goes on.\n"
