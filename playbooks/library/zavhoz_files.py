#!/usr/bin/python
"""Writes several settings files in one call."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: zavhoz_files
short_description: writes several small files, each whole or not at all
description:
  - Folders that are missing are made with mode 0755. Files belong to root and keep nothing of what
    was in them, unless a line alone is asked for.
options:
  files:
    description: the files, written in this order
    type: list
    elements: dict
    required: true
    suboptions:
      path: {description: where, type: str, required: true}
      content: {description: the whole text, type: str}
      line: {description: one line that is to be there instead of the content, type: str}
      regexp: {description: lines that it takes the place of, type: str}
      mode: {description: permission bits, type: str, default: "0644"}
      keep: {description: leaves a file that exists as it is, type: bool, default: false}
author: Zavhoz
"""

EXAMPLES = "- zavhoz_files: {files: [{path: /etc/example, content: text}]}"
RETURN = "paths: {description: files that were changed, returned: always, type: list}"

import os
import re
import tempfile

from ansible.module_utils.basic import AnsibleModule


def with_line(text, line, regexp):
    """The text with the line in place of the last one that matches, else at the end."""
    lines = text.splitlines()
    found = [at for at, one in enumerate(lines) if re.search(regexp, one)]
    if found:
        lines[found[-1]] = line
    elif line not in lines:
        lines.append(line)
    return "\n".join(lines) + "\n"


def write(module, path, text, mode):
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        os.makedirs(folder, 0o755)
        os.chmod(folder, 0o755)
    handle, name = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode("utf-8"))
    os.chmod(name, mode)
    # on one file system or not: the file appears under its name whole
    module.atomic_move(name, os.path.realpath(path))
    os.chmod(path, mode)


def settle(module, entry):
    """Brings one file about; True when it was not so before."""
    path, mode = entry["path"], int(entry["mode"], 8)
    there = os.path.exists(path)
    if there and entry["keep"]:
        return False
    before = ""
    if there:
        with open(path, "rb") as file:
            before = file.read().decode("utf-8", "surrogateescape")
    after = entry["content"]
    if entry["line"] is not None:
        after = with_line(before, entry["line"], entry["regexp"] or "^" + re.escape(entry["line"]) + "$")
    if there and before == after and os.stat(path).st_mode & 0o7777 == mode:
        return False
    if not module.check_mode:
        write(module, path, after, mode)
    return True


def main():
    options = {
        "path": {"type": "str", "required": True},
        "content": {"type": "str"},
        "line": {"type": "str"},
        "regexp": {"type": "str"},
        "mode": {"type": "str", "default": "0644"},
        "keep": {"type": "bool", "default": False},
    }
    module = AnsibleModule(
        argument_spec={
            "files": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": options,
                "required_one_of": [("content", "line")],
                "mutually_exclusive": [("content", "line")],
            }
        },
        supports_check_mode=True,
    )
    paths = [entry["path"] for entry in module.params["files"] if settle(module, entry)]
    module.exit_json(changed=bool(paths), paths=paths)


if __name__ == "__main__":
    main()
