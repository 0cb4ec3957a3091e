#!/usr/bin/env python3
"""House rules as a test: who may include whom, sizes, banned calls, opening comments, folder READMEs.

usage: tidy.py ROOT    prints FILE:LINE: rule for every breach; exit 1 when there is one.
It reads text only and must never need to compile anything.
"""
import re
import subprocess
import sys
from pathlib import Path

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 70
MAX_LINE_CHARACTERS = 120
MAX_README_LINES = 60

# Folder -> the include prefixes it may use. The compiler enforces the same through include roots; this says it readably.
MAY_INCLUDE = {
    "shared": {"shared"},
    "nginx_module": {"shared", "scheme", "observe", "nginx_module"},
    "nginx_module/scheme": {"shared", "scheme"},
    "nginx_module/observe/render": {"shared", "scheme", "observe"},
    "worker/core": {"shared", "core"},
    "worker/directory": {"shared", "core", "directory"},
    "worker/codec": {"shared", "core", "codec"},
    "worker/history": {"shared", "core", "directory", "codec", "history"},
    "worker/devices": {"shared", "core", "devices"},
    "worker/forward": {"shared", "core", "forward"},
    "worker/ports": {"shared", "core", "devices", "ports"},
    "worker/engine": {"shared", "core", "directory", "codec", "history", "devices", "forward", "ports", "engine"},
    "worker/fallback": {"shared", "core", "ports", "engine", "fallback"},
    "worker/adapters/uv": {"shared", "core", "ports", "adapters/uv"},
    "worker/adapters/system": {"shared", "core", "ports", "adapters/system"},
    "worker/adapters/ingest": {"shared", "core", "ports", "adapters/uv", "adapters/ingest"},
    "worker/adapters/sqlite": {"shared", "core", "ports", "adapters/uv", "adapters/sqlite"},
    "worker/adapters/redis": {"shared", "core", "ports", "adapters/uv", "adapters/redis"},
    "worker/adapters/http": {"shared", "core", "adapters/uv", "adapters/http"},
    "worker/adapters/telnyx": {"shared", "core", "devices", "ports", "adapters/uv", "adapters/http", "adapters/telnyx"},
    "worker/adapters/notify": {"shared", "core", "ports", "adapters/uv", "adapters/http", "adapters/notify"},
    "worker/ctl": {"shared", "core", "directory", "ctl"},
}
# Third-party headers and the folders that may see them: one library an adapter.
THIRD_PARTY = {
    r"<uv\.h>": ("worker/adapters/",),
    r"<curl/": ("worker/adapters/http", "worker/adapters/telnyx", "worker/main.cc"),
    r"<hiredis/": ("worker/adapters/redis",),
    r"<sqlite3\.h>": ("worker/adapters/sqlite",),
    r"<jansson\.h>": ("shared/json", "worker/main.cc"),
    r"<sodium\.h>": ("shared/", "nginx_module/", "worker/main.cc", "worker/adapters/telnyx", "worker/adapters/notify"),
    r"<openssl/": ("nginx_module/scheme/",),
    r"<date/": ("worker/directory/time_zone",),
    r"<CLI/|<CLI11": ("worker/ctl",),
    r"<ngx_": ("nginx_module/ngx.h",),
}
BANNED = [
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok)\s*\(", "unbounded C string call"),
    (r"\bstd::shared_ptr\b", "shared_ptr: every resource has one owner"),
    (r"\bthrow\b(?!\()", "we throw nothing"),
    (r"\b(::sleep|usleep|nanosleep)\s*\(|sleep_for|sleep_until", "nothing waits on the clock"),
    (r"\bgetaddrinfo\s*\(", "blocks the loop"),
    (r"\b(TODO|FIXME|XXX)\b", "unfinished work belongs in an issue"),
]
THREADS = (r"\bstd::(thread|mutex|condition_variable)\b", ("worker/adapters/sqlite",))
# Names that belong to the compiler and its library, but for those it hands out.
RESERVED = r"\b(?:_[A-Z]\w*|(?!__builtin_\w+\b|__VA_ARGS__\b|__FILE__\b|__LINE__\b|__has_\w+\b)\w*__\w*)"
PRODUCT = ("shared/", "nginx_module/", "worker/")


def folder_rule(path):
    fitting = [name for name in MAY_INCLUDE if path.startswith(name + "/")]
    return max(fitting, key=len, default=None)


def check_includes(path, lines):
    rule = folder_rule(path)
    for number, line in enumerate(lines, 1):
        own = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if own and rule:
            header = own.group(1)
            if not any(header.startswith(prefix + "/") for prefix in MAY_INCLUDE[rule]):
                yield number, f"{rule} must not include {header}"
        foreign = re.match(r"\s*#\s*include\s+(<[^>]+>)", line)
        if foreign and path.startswith(PRODUCT):
            for pattern, allowed in THIRD_PARTY.items():
                if re.match(pattern, foreign.group(1)) and not path.startswith(allowed):
                    yield number, f"{foreign.group(1)} belongs to {', '.join(allowed)} only"


def check_size(lines):
    if len(lines) > MAX_FILE_LINES:
        yield len(lines), f"{len(lines)} lines; a file has one job and at most {MAX_FILE_LINES}"
    start = None
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE_CHARACTERS:
            yield number, f"{len(line)} characters; at most {MAX_LINE_CHARACTERS}"
        # Google style leaves namespaces unindented, so a function body opens and closes in the first column.
        if re.match(r"^[A-Za-z_\[].*[){]\s*.*\{$", line) and not re.match(r"^(namespace|extern|class|struct|enum|union)\b", line):
            start = number
        if line.startswith("}") and start is not None:
            if number - start + 1 > MAX_FUNCTION_LINES:
                yield start, f"a function of {number - start + 1} lines; at most {MAX_FUNCTION_LINES}"
            start = None


def without_comments(line):
    return re.sub(r"//.*$", "", re.sub(r'"(\\.|[^"\\])*"', '""', line))


def check_names(lines):
    for number, line in enumerate(lines, 1):
        if found := re.search(RESERVED, without_comments(line)):
            yield number, f"{found.group(0)}: a name reserved for the compiler"


def check_words(path, lines):
    if not path.startswith(PRODUCT):
        return
    for number, line in enumerate(lines, 1):
        code = without_comments(line)
        for pattern, why in BANNED:
            target = line if "TODO" in pattern else code
            if re.search(pattern, target):
                yield number, f"{re.search(pattern, target).group(0).strip()}: {why}"
        if re.search(THREADS[0], code) and not path.startswith(THREADS[1]):
            yield number, "threads live in the embedded store only"


def check_opening(lines):
    first = lines[0] if lines else ""
    if not first.startswith(("//", "/*", "#", '"""', "<!--")):
        yield 1, "opens without saying what it is and what it must never know"


def check_file(path, text):
    """All breaches of one file as (line, rule)."""
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    if path.endswith((".h", ".cc", ".c")):
        yield from check_opening(lines)
        yield from check_includes(path, lines)
        yield from check_size(lines)
        yield from check_names(lines)
        yield from check_words(path, lines)


def check_readmes(root, files):
    folders = {str(Path(name).parent) for name in files if name.endswith((".h", ".cc"))}
    for folder in sorted(folders):
        if folder.startswith("tests/unit") or not folder.startswith(PRODUCT[0:1] + PRODUCT[1:] + ("tests/", "worker")):
            continue
        readme = root / folder / "README.md"
        if not readme.exists():
            yield f"{folder}/README.md", 1, "a folder with code says what it is"
        elif folder.startswith(("shared", "worker")) and len(readme.read_text().splitlines()) > MAX_README_LINES:
            yield f"{folder}/README.md", 1, f"longer than {MAX_README_LINES} lines"


def main(root):
    listed = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True)
    files = listed.stdout.split() if listed.returncode == 0 and listed.stdout else [
        str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and "build" not in p.parts]
    breaches = []
    for name in files:
        if name.endswith((".h", ".cc", ".c")) and (root / name).exists():
            for number, rule in check_file(name, (root / name).read_text(errors="replace")):
                breaches.append((name, number, rule))
    breaches += list(check_readmes(root, files))
    for name, number, rule in breaches:
        print(f"{name}:{number}: {rule}")
    print(f"tidy: {len(files)} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
