"""A part of the stack is ended with everything it started, and nothing else is."""

import os
import signal
import subprocess
import sys

from launcher.processes import alive, birth, end_sessions, send, session_members, wait_until
from temporary_postgres import ROOT

FAMILY = """
import subprocess, sys
STUBBORN = '''
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
'''
child = subprocess.Popen([sys.executable, "-c", STUBBORN])
print(child.pid, flush=True)
child.wait()
"""


def family() -> tuple[subprocess.Popen[str], int]:
    """A session leader and its child, which ignores SIGTERM."""
    leader = subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert leader.stdout
    said = sorted([leader.stdout.readline().strip(), leader.stdout.readline().strip()])
    return leader, int(said[0])


def members(leader: subprocess.Popen[str], born: str) -> set[int]:
    return {process.pid for process in session_members(leader.pid, born)}


def finish(leader: subprocess.Popen[str]) -> None:
    leader.communicate()


def test_ending_a_session_ends_the_leader_and_a_child_that_will_not_listen():
    leader, child = family()
    born = birth(leader.pid)
    assert members(leader, born) == {leader.pid, child}
    end_sessions({leader.pid: born}, patience=0.2)
    assert wait_until(lambda: not alive(leader.pid) and not alive(child), 5)
    finish(leader)


def test_a_child_is_found_after_its_leader_was_killed():
    leader, child = family()
    born = birth(leader.pid)
    leader.kill()
    leader.wait()
    assert members(leader, born) == {child}
    end_sessions({leader.pid: born}, patience=0.2)
    assert wait_until(lambda: not alive(child), 5)
    finish(leader)


def test_a_process_that_has_the_number_of_an_old_one_is_left_alone():
    leader, child = family()
    end_sessions({leader.pid: "1"}, patience=0.0)
    assert alive(leader.pid)
    assert alive(child)
    end_sessions({leader.pid: birth(leader.pid)}, patience=0.0)
    finish(leader)


def test_a_signal_reaches_the_process_that_was_meant_and_no_later_owner_of_its_number():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        born = birth(process.pid)
        assert alive(process.pid, born)
        assert not alive(process.pid, f"{born}0")
        send(process.pid, f"{born}0", signal.SIGKILL)
        assert process.poll() is None
        send(process.pid, born, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    send(process.pid, born, signal.SIGKILL)


def test_a_birth_is_told_alike_by_every_process():
    script = "import sys; from launcher.processes import birth; print(birth(int(sys.argv[1])))"
    told = subprocess.run(
        [sys.executable, "-c", script, str(os.getpid())], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert told.stdout.strip() == birth(os.getpid()) != ""


def test_a_zombie_is_not_alive():
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    assert not alive(zombie.pid)
    zombie.wait()


def test_ending_nobody_is_no_error():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    end_sessions({gone.pid: "1"}, patience=0.0)
