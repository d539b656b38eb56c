"""Prints what a playbook does as one JSON object per line on standard output.

Events: play, task, ok, changed, failed, unreachable, skipped, result, recap. A failure that the
playbook itself handles (ignore_errors, ignore_unreachable) is an `ok` with `"ignored": true`.
`result` carries the value that a task published with set_stats as `zavhoz_result`.
Where ZAVHOZ_GATE names a file descriptor, no play starts before its byte has come through it: by
then whoever started the run has seen on which hosts it would act, or this process ends.
Results of tasks with no_log never leave this process. Nothing here raises: progress must not be
able to break a run.
"""

from __future__ import annotations

import functools
import json
import os
import sys

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: zavhoz_events
type: stdout
short_description: one JSON object per line
description:
  - Prints every event of a run as one JSON object per line, for programs.
"""

MESSAGE_LIMIT = 2000
HIDDEN = "hidden (no_log)"
GATE_OPEN = b"+"
EXIT_NO_GO = 75


def harmless(method):
    """Swallows every error of a callback."""

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except Exception:  # pylint: disable=broad-except
            return None

    return wrapper


def is_meta(task):
    return getattr(task, "action", "") in ("meta", "ansible.builtin.meta")


def count_tasks(entries):
    """Tasks in nested blocks; includes that are only known at run time count as one."""
    total = 0
    for entry in entries or []:
        if hasattr(entry, "block"):
            # rescue is not counted: a good run never enters it
            total += count_tasks(entry.block) + count_tasks(entry.always)
        elif not is_meta(entry):
            total += 1
    return total


def text_of(value):
    return value if isinstance(value, str) else json.dumps(value, default=str)


def message_of(result):
    """The most telling text of a result, its end kept when it is too long."""
    parts = []
    for key in ("msg", "reason", "stderr", "module_stderr", "exception"):
        value = result.get(key)
        if value and text_of(value) not in parts:
            parts.append(text_of(value))
        if key == "module_stderr" and parts:
            break
    if not parts:
        for item in result.get("results") or []:
            if isinstance(item, dict) and (item.get("failed") or item.get("unreachable")):
                parts.append(message_of(item))
    text = "\n".join(part.strip() for part in parts)
    return text if len(text) <= MESSAGE_LIMIT else "..." + text[-MESSAGE_LIMIT:]


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "zavhoz_events"

    def __init__(self, display=None, options=None):
        super().__init__(display=display, options=options)
        self.index = 0
        self.total = 0

    def v2_playbook_on_start(self, playbook):
        # nothing here is swallowed: a gate that cannot be read is a closed one
        gate = os.environ.get("ZAVHOZ_GATE")
        if gate is None:
            return
        opened = False
        try:
            opened = os.read(int(gate), 1) == GATE_OPEN
        finally:
            if not opened:
                os._exit(EXIT_NO_GO)

    def emit(self, event, **fields):
        try:
            line = json.dumps({"event": event, **fields}, default=str)
            # the stream of the process, not Display: it wraps lines and writes logs of its own
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except Exception:  # pylint: disable=broad-except
            pass

    def emit_result(self, event, outcome, ignored=False):
        task = outcome._task
        result = outcome._result if isinstance(outcome._result, dict) else {}
        hidden = bool(getattr(task, "no_log", False) or result.get("_ansible_no_log"))
        fields = {
            "host": outcome._host.get_name(),
            "task": task.get_name(),
            "index": self.index,
            "total": max(self.total, self.index),
            "changed": bool(result.get("changed", False)),
        }
        if event in ("failed", "unreachable") or ignored:
            fields["msg"] = HIDDEN if hidden else message_of(result)
        if ignored:
            fields["ignored"] = True
        self.emit(event, **fields)
        stats = result.get("ansible_stats")
        data = stats.get("data") if isinstance(stats, dict) else None
        if not hidden and isinstance(data, dict) and "zavhoz_result" in data:
            self.emit("result", host=fields["host"], data=data["zavhoz_result"])

    @harmless
    def v2_playbook_on_play_start(self, play):
        self.total += count_tasks(play.compile())
        self.emit("play", play=play.get_name().strip(), total=self.total)

    @harmless
    def v2_playbook_on_task_start(self, task, is_conditional):
        if not is_meta(task):
            self.index += 1
            self.emit_task(task)

    @harmless
    def v2_playbook_on_handler_task_start(self, task):
        # handlers are not part of the total: whether they run is not known before
        self.emit_task(task)

    def emit_task(self, task):
        total = max(self.total, self.index)
        self.emit("task", task=task.get_name(), index=self.index, total=total)

    @harmless
    def v2_runner_on_ok(self, result):
        changed = isinstance(result._result, dict) and result._result.get("changed", False)
        self.emit_result("changed" if changed else "ok", result)

    @harmless
    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.emit_result("ok" if ignore_errors else "failed", result, ignored=bool(ignore_errors))

    @harmless
    def v2_runner_on_unreachable(self, result):
        ignored = bool(getattr(result._task, "ignore_unreachable", False))
        self.emit_result("ok" if ignored else "unreachable", result, ignored=ignored)

    @harmless
    def v2_runner_on_skipped(self, result):
        self.emit_result("skipped", result)

    @harmless
    def v2_playbook_on_no_hosts_matched(self):
        self.emit("failed", task="select the host", msg="no host matched the play")

    @harmless
    def v2_playbook_on_stats(self, stats):
        self.emit(
            "recap", stats={host: stats.summarize(host) for host in sorted(stats.processed)}
        )
