#!/usr/bin/python
"""Takes over what an earlier playbook began in the background, and tells how apt then stands."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: zavhoz_begun
short_description: waits for jobs of Ansible's async, takes their results away and looks at apt
description:
  - Each folder in C(folder) is one kind of job, named as it is; in it lie the files that Ansible's
    async keeps of its jobs. All jobs that are still at work are waited for.
  - A kind is done when one of its jobs ended well within the last hour. The files are removed. What
    a job changed is therefore reported once, by the run that waited for it.
options:
  folder: {description: folder of the kinds, type: path, required: true}
  wait_seconds: {description: the longest wait, type: int, default: 900}
author: Zavhoz
"""

EXAMPLES = "- zavhoz_begun: {folder: /run/example}"
RETURN = r"""
done: {description: kinds of which a job ended well, returned: always, type: list}
why: {description: why the others did not, returned: always, type: list}
lists: {description: whether there are package lists that know every source, returned: always, type: bool}
interrupted: {description: whether an installation was cut short, returned: always, type: bool}
"""

import json
import os
import re
import time

from ansible.module_utils.basic import AnsibleModule

POLL_SECONDS = 0.1
MAX_AGE_SECONDS = 3600
LISTS = "/var/lib/apt/lists"
SOURCES = "/etc/apt/sources.list.d"


def names_in(folder, pattern):
    try:
        return [name for name in os.listdir(folder) if re.search(pattern, name)]
    except OSError:
        return []


def mtime(path):
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0


def read(path):
    """A job's file, which is replaced whole; None where it cannot be read."""
    try:
        with open(path) as file:
            found = json.load(file)
    except (IOError, OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def lives(job):
    """Whether a process of the job is there; its first part is an argument of async's wrapper."""
    mark = job.split(".")[0].encode()
    for pid in names_in("/proc", "^[0-9]+$"):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                if mark in file.read().split(b"\0"):
                    return True
        except (IOError, OSError):
            pass
    return False


def at_work(path):
    found = read(path)
    return found is not None and found.get("finished") == 0 and lives(os.path.basename(path))


def jobs_of(folder):
    """Kind and path of every job."""
    return [
        (kind, os.path.join(folder, kind, job))
        for kind in sorted(names_in(folder, r"^\w+$"))
        for job in sorted(names_in(os.path.join(folder, kind), r"^j[0-9]+\.[0-9]+$"))
    ]


def judge(path):
    """Why a job does not count, and whether it changed something."""
    found = read(path)
    if found is None or "finished" in found:
        return "it was cut short", False
    if found.get("failed") or found.get("rc"):
        return str(found.get("msg", "it failed")), False
    if time.time() - mtime(path) > MAX_AGE_SECONDS:
        return "it is too long ago", False
    return None, bool(found.get("changed"))


def has_lists():
    """Lists are there and not older than any file that names sources."""
    named = [os.path.join(SOURCES, name) for name in names_in(SOURCES, r"\.(list|sources)$")]
    newest = max([mtime(path) for path in named + ["/etc/apt/sources.list"]])
    return names_in(LISTS, "_Packages") != [] and mtime(LISTS) >= newest


def main():
    module = AnsibleModule(
        argument_spec={
            "folder": {"type": "path", "required": True},
            "wait_seconds": {"type": "int", "default": 900},
        },
        supports_check_mode=True,
    )
    folder = module.params["folder"]
    end = time.time() + module.params["wait_seconds"]
    while any(at_work(path) for _, path in jobs_of(folder)) and time.time() < end:
        time.sleep(POLL_SECONDS)
    done, why, changed = set(), [], False
    for kind, path in jobs_of(folder):
        reason, did = judge(path)
        if reason is None:
            done.add(kind)
            # new lists alone are no change of the host
            changed = changed or (did and kind != "lists")
        else:
            why.append("%s: %s" % (kind, reason[-500:]))
        if not module.check_mode:
            os.unlink(path)
    module.exit_json(
        changed=changed,
        done=sorted(done),
        why=why,
        # a job that failed may have left lists of which a part is missing
        lists=not why and has_lists(),
        interrupted=names_in("/var/lib/dpkg/updates", "^[0-9]+$") != [],
    )


if __name__ == "__main__":
    main()
