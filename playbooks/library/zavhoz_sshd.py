#!/usr/bin/python
"""Puts a drop-in that refuses passwords before all other settings of sshd, or takes it back."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: zavhoz_sshd
short_description: a drop-in for sshd, validated before it is there and judged before it counts
description:
  - C(present) writes the drop-in and sees to it that sshd reads it first, asks sshd what then holds
    for one user, and only then has it reload. It fails, before sshd reloads, when passwords would
    still be taken; the caller then asks for C(absent).
  - sshd reloads also when nothing was written. A run that was cut short may have written and no more.
options:
  path: {description: the drop-in, type: str, required: true}
  content: {description: its text, type: str, default: ""}
  user: {description: the user whose login counts, type: str, default: root}
  unit: {description: unit of sshd, type: str, default: ssh}
  state: {description: whether it is there, type: str, choices: [present, absent], default: present}
author: Zavhoz
"""

EXAMPLES = "- zavhoz_sshd: {path: /etc/ssh/sshd_config.d/00-example.conf, state: absent}"
RETURN = "moved: {description: it had to be put before the main file, returned: success, type: bool}"

import os
import re
import socket
import tempfile
import time

from ansible.module_utils.basic import AnsibleModule

SSHD = "/usr/sbin/sshd"
MAIN = "/etc/ssh/sshd_config"
INCLUDE_ALL = "Include /etc/ssh/sshd_config.d/*.conf"
READS_ALL = re.compile(r"^\s*Include\s+/etc/ssh/sshd_config\.d/\*\.conf", re.MULTILINE)
WANTED = ("passwordauthentication no", "kbdinteractiveauthentication no", "pubkeyauthentication yes")
RELOAD_SECONDS = 5


def text_of(path):
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return file.read().decode("utf-8", "surrogateescape")


def write(module, path, text):
    """Validated first: what stands under the name is never refused by sshd."""
    if text_of(path) == text:
        return False
    handle, name = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))
    os.chmod(name, 0o644)
    code, out, err = module.run_command([SSHD, "-t", "-f", name])
    if code != 0:
        module.fail_json(msg="sshd does not accept %s: %s" % (path, (out + err).strip()))
    module.atomic_move(name, os.path.realpath(path))
    os.chmod(path, 0o644)
    return True


def settings(module, user):
    who = "user=%s,host=localhost,addr=127.0.0.1" % user
    return module.run_command([SSHD, "-T", "-C", who], check_rc=True)[1].splitlines()


def answers(address):
    host, port = address.rsplit(":", 1)
    host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))
    try:
        socket.create_connection((host, int(port)), 1).close()
        return True
    except (OSError, ValueError):
        return False


def reload(module, lines):
    command = ["systemctl", "reload", module.params["unit"]]
    end = time.time() + RELOAD_SECONDS
    # an upgrade at work may be starting systemd or sshd anew in this moment
    while module.run_command(command, check_rc=time.time() >= end)[0] != 0:
        time.sleep(0.2)
    # it starts itself anew, and for a moment nobody listens
    addresses = [line.split()[1] for line in lines if line.startswith("listenaddress ")]
    end = time.time() + RELOAD_SECONDS
    while addresses and not any(answers(one) for one in addresses) and time.time() < end:
        time.sleep(0.05)


def present(module):
    asked = module.params
    before = text_of(MAIN) or ""
    changed = False
    if not READS_ALL.search(before):
        before = INCLUDE_ALL + "\n" + before
        changed = write(module, MAIN, before)
    changed = write(module, asked["path"], asked["content"]) or changed
    lines = settings(module, asked["user"])
    # only where the main file says otherwise before it reads the drop-ins
    moved = WANTED[0] not in lines
    if moved:
        line = "Include " + asked["path"]
        rest = [one for one in before.splitlines() if one != line]
        changed = write(module, MAIN, "\n".join([line] + rest) + "\n") or changed
        lines = settings(module, asked["user"])
    missing = [one for one in WANTED if one not in lines]
    if missing:
        module.fail_json(
            msg="A Match block in %s overrides %s for this user (%s does not hold); the drop-in was taken back"
            % (MAIN, asked["path"], missing[0])
        )
    reload(module, lines)
    module.exit_json(changed=changed, moved=moved)


def absent(module):
    path = module.params["path"]
    changed = os.path.exists(path)
    if changed:
        os.unlink(path)
    lines = (text_of(MAIN) or "").splitlines()
    rest = [one for one in lines if one != "Include " + path]
    if rest != lines:
        changed = write(module, MAIN, "\n".join(rest) + "\n")
    reload(module, settings(module, module.params["user"]))
    module.exit_json(changed=changed, moved=False)


def main():
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "str", "required": True},
            "content": {"type": "str", "default": ""},
            "user": {"type": "str", "default": "root"},
            "unit": {"type": "str", "default": "ssh"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
    )
    present(module) if module.params["state"] == "present" else absent(module)


if __name__ == "__main__":
    main()
