# SPDX-License-Identifier: MIT-0
"""The tables of a program say which member each value is: members.py nnc.h model.c. Prints each table whose comments
are not the members of its struct in their order, and how many tables there were.

A comment behind a value, or behind the bracket that opens one, names the member; one behind the bracket of a whole
table heads its rows."""
import re
import sys


def structs(header):
    """Of each struct its members as (name, type)."""
    header = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    found = {}
    for body, name in re.findall(r"typedef struct \w+ \{(.*?)\n\} (\w+);", header, flags=re.S):
        found[name] = []
        for declaration in body.split(";"):
            pointer = re.search(r"\(\*(\w+)\)", declaration)
            words = declaration.replace("*", " ").split("(")[0] if not pointer else pointer[1]
            for part in words.split(","):
                names = re.findall(r"\w+", re.sub(r"\[.*?\]", "", part))
                if names:
                    found[name].append((names[-1], words.split()[0]))
    return found


def tables(source):
    """(struct, table, text of the initializer)"""
    return re.findall(r"^static const (nnc_\w+) (main_\w+)(?:\[\])? = (\{.*?^\});", source, flags=re.S | re.M)


def named(text):
    """Lists of names: [(path of names, names)], and the heading."""
    heading, done, stack, opened = None, [], [], False
    for token in re.findall(r'"(?:[^"\\]|\\.)*"|/\*.*?\*/|[{},]', text):
        if token == "{":
            stack.append([None, []])
            opened = True
            continue
        if token.startswith("/*"):
            words = token[2:-2].strip()
            if opened and len(stack) == 1:
                heading = words
            elif opened:
                stack[-2][1].append(words)
                stack[-1][0] = words
            else:
                stack[-1][1].append(words)
        if token == "}":
            done.append((stack[-1][0], stack.pop()[1]))
        opened = False
    return heading, [(member, names) for member, names in done if names]


def check(known, struct, table, text):
    heading, lists = named(text)
    if heading:
        lists.append((None, heading.split(", ")))
    for member, names in lists:
        of = dict(known[struct])[member] if member else struct
        wanted = [name for name, _ in known[of]]
        if names != wanted:
            print(f"{table}: {of} has {wanted}, the comments say {names}")
    if not lists:
        print(f"{table}: no comment says what its values are")


known = structs(open(sys.argv[1]).read())
found = tables(open(sys.argv[2]).read())
for one in found:
    check(known, *one)
print(len(found), "tables:", ", ".join(table for _, table, _ in found))
