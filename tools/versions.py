#!/usr/bin/env python3
"""usage: tools/versions [--git DIR] [--with ARG]... [--bare] [--make] [-R REGEX] [--keep DIR] NGINX...

Builds nginx and the module for each NGINX, runs the edge tests against that nginx, and prints a table.

  NGINX        a source tree of nginx; with --git a tag, branch or commit of it, such as release-1.28.0;
               the word installed: the distribution's nginx, and the module for it from nginx-dev
  --git DIR    a local clone of nginx, as: git clone https://github.com/nginx/nginx
  --with ARG   one more argument for nginx's ./configure (repeatable), such as --with=--with-http_v3_module
  --bare       nothing of the arguments that are given otherwise (--with-compat, TLS, HTTP/2, ...): only those of --with
  --make       also builds the module by nginx's own ./configure and make modules, and loads that one
  -R REGEX     only tests whose name matches
  --keep DIR   where trees and builds are kept, so that the next run builds only what changed (build/versions)

A tree is copied before it is configured, so yours stays as it is. Everything stays on this machine: the tests use Unix
sockets and loopback. The first version takes some minutes, since the test program is built for it, each further one
about two. Tests of what an nginx does not have are skipped and say so; one that fails for a directive of a module
of nginx left out by --bare or --with is counted under "no module". "refused" tells how many of the other versions'
modules this nginx did not load, with the message it has for that. Exit 0 only when every version was built and passed
and refused all others.

  tools/versions ~/nginx-1.26.3
  tools/versions --make --git ~/nginx installed release-1.22.1 release-1.25.5 master
  tools/versions --bare --with=--without-http_rewrite_module --with=--without-pcre ~/nginx-1.28.0
"""
import argparse
import filecmp
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What the tests use of nginx; a module fits any nginx with the same switches.
CONFIGURE = ["--with-compat", "--with-debug", "--with-threads", "--with-http_ssl_module", "--with-http_v2_module",
             "--with-http_auth_request_module", "--with-http_realip_module", "--with-http_addition_module"]
# None of the steps may hang for ever: the longest, a first build on one slow core, takes some minutes.
STEP_SECONDS = 1800
MODULE = "ngx_http_webhook_module.so"
INSTALLED = "installed"


class Failed(Exception):
    """A step that did not work; its text names the log."""


def options():
    parser = argparse.ArgumentParser(
        prog="tools/versions", usage=__doc__.splitlines()[0].removeprefix("usage: "), add_help=False)
    parser.add_argument("nginx", nargs="+")
    parser.add_argument("--git", type=Path)
    parser.add_argument("--with", dest="more", action="append", default=[])
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--make", action="store_true")
    parser.add_argument("-R", dest="regex", default="")
    parser.add_argument("--keep", type=Path, default=ROOT / "build/versions")
    return parser.parse_args()


def step(log, command, cwd, environment=None):
    with open(log, "wb") as out:
        try:
            done = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=subprocess.STDOUT, timeout=STEP_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as trouble:
            raise Failed(f"{command[0]}: {trouble}, see {log}") from None
    if done.returncode != 0:
        raise Failed(f"{command[0]} failed, see {log}")


def mirror(source, target):
    """Writes what differs and nothing else, so that make sees what changed whatever the files' times say."""
    if not (source / "src/core/nginx.h").exists():
        raise Failed(f"{source} is no source tree of nginx: it has no src/core/nginx.h")
    for folder in ("auto", "conf", "contrib", "docs", "html", "man", "misc", "src", "."):
        for path in sorted(source.glob("*") if folder == "." else (source / folder).rglob("*")):
            to = target / path.relative_to(source)
            if not path.is_file() or path.name == "Makefile" or (to.exists() and filecmp.cmp(path, to, shallow=False)):
                continue
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to)
            shutil.copymode(path, to)


class Version:
    """One nginx: a copy of its sources, its build, the module for it, its tests."""

    def __init__(self, name, given):
        self.name, self.given = name, given
        plain = re.sub(r"[^A-Za-z0-9.]+", "-", str(name)).strip("-")
        self.tree = given.keep / "nginx" / plain
        self.build = given.keep / "ringfence"
        self.binary = self.tree / "objs/nginx"
        self.module = self.tree / MODULE
        self.installed = name == INSTALLED
        if self.installed:
            self.binary = Path("/usr/sbin/nginx")
        self.row = {"nginx": plain, "built": "no", "loaded": "no", "passed": "", "failed": "", "skipped": "",
                    "no module": "", "refused": ""}

    def log(self, what):
        return self.tree.parent / f"{self.tree.name}.{what}.log"

    def copy(self):
        self.tree.mkdir(parents=True, exist_ok=True)
        if self.installed:
            return
        if not self.given.git:
            mirror(Path(self.name).resolve(), self.tree)
            return
        with tempfile.TemporaryDirectory(prefix="ringfence-versions-") as scratch:
            packed, source = Path(scratch) / "nginx.tar", Path(scratch) / "nginx"
            step(self.log("git"), ["git", "-C", str(self.given.git), "archive", "-o", str(packed), self.name], ROOT)
            with tarfile.open(packed) as tar:
                tar.extractall(source)
            mirror(source, self.tree)

    def make_nginx(self):
        if not self.installed:
            self.configure_and_make()
        said = subprocess.run([self.binary, "-V"], capture_output=True, text=True, check=True).stderr
        self.row["nginx"] = said.split("\n")[0].split("/")[-1] + (" (installed)" if self.installed else "")

    def configure_and_make(self):
        arguments = ([] if self.given.bare else CONFIGURE) + self.given.more
        if self.given.make:
            arguments.append(f"--add-dynamic-module={ROOT / 'nginx_module'}")
        noted = self.tree / "objs/ringfence-arguments"
        if not noted.exists() or noted.read_text() != "\n".join(arguments):
            # A release has it in its root, a clone in auto/.
            configure = "./configure" if (self.tree / "configure").exists() else "./auto/configure"
            step(self.log("configure"), [configure, *arguments], self.tree)
            noted.write_text("\n".join(arguments))
        step(self.log("make"), ["make", f"-j{os.cpu_count()}", "-f", "objs/Makefile", "binary"], self.tree)
        if self.given.make:
            step(self.log("modules"), ["make", "-f", "objs/Makefile", "modules"], self.tree)

    def make_module(self):
        # One build directory for all: the test program, the same for each, is built once.
        launcher = "ccache" if shutil.which("ccache") else ""
        step(self.log("cmake"),
             ["cmake", "-S", str(ROOT), "-B", str(self.build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
              f"-DCMAKE_C_COMPILER_LAUNCHER={launcher}", f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}",
              f"-DRINGFENCE_NGINX_BUILD_DIR={'' if self.installed else self.tree / 'objs'}"], ROOT)
        step(self.log("module"), ["ninja", "-C", str(self.build), "ngx_http_webhook_module", "edge"], ROOT)
        shutil.copyfile(self.build / "nginx_module" / MODULE, self.module)  # the next version's takes its place
        self.row["built"] = "yes"

    def load(self):
        made = [self.module]
        if self.given.make and not self.installed:
            made.append(self.tree / "objs" / MODULE)
        for module in made:
            step(self.log("load"), self.check_command(module), ROOT)
        self.row["loaded"] = "yes"

    def check_command(self, module):
        """nginx -t with a module, and nothing that only root may write."""
        conf = self.tree / "load.conf"
        paths = "".join(f"{what}_temp_path {self.tree}/temporary;" for what in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf.write_text(f"load_module {module};\npid {self.tree}/load.pid;\nevents {{}}\n"
                        f"http {{ access_log off; {paths} webhook_zone calls:1m; }}\n")
        return [str(self.binary), "-t", "-c", str(conf), "-e", str(self.log("error"))]

    def refuse(self, others):
        """A module of another version has to be refused, and for that reason."""
        refused = 0
        for other in others:
            said = subprocess.run(self.check_command(other.module), capture_output=True, text=True, check=False,
                                  timeout=STEP_SECONDS)
            if said.returncode != 0 and re.search(r'module ".*" version \d+ instead of \d+', said.stderr):
                refused += 1
        self.row["refused"] = f"{refused} of {len(others)}"
        if refused != len(others):
            raise Failed(f"{self.binary} did not refuse a module of another version")

    def test(self):
        report = self.log("tests").with_suffix(".xml")
        report.unlink(missing_ok=True)
        environment = os.environ | {"RINGFENCE_TEST_NGINX": str(self.binary)}
        command = ["ctest", "--test-dir", str(self.build), "-L", "edge", "-LE", "long", "-j", str(os.cpu_count()),
                   "--output-on-failure", "--no-tests=error", "--output-junit", str(report)]
        if self.given.regex:
            command += ["-R", self.given.regex]
        trouble = None
        try:
            step(self.log("tests"), command, ROOT, environment)
        except Failed as failed:
            trouble = failed
        if report.exists():
            cases = ElementTree.parse(report).getroot().findall("testcase")
            left_out = [case for case in cases if case.get("status") == "fail" and self.lacks_module(case)]
            states = [case.get("status") for case in cases if case not in left_out]
            skipped = [case.get("name") for case in cases if case.find("skipped") is not None]
            self.row |= {"passed": str(states.count("run")), "failed": str(states.count("fail")),
                         "skipped": str(len(skipped)), "no module": str(len(left_out))}
            if left_out and "fail" not in states:
                return
        if trouble:
            raise trouble

    def lacks_module(self, case):
        """Whether a test failed for a directive that nginx has no module for; with all of CONFIGURE it never may."""
        if not self.given.bare and not self.given.more:
            return False
        unknown = set(re.findall(r'unknown directive \\?"(\w+)', case.findtext("system-out") or ""))
        return any(not name.startswith(("webhook", "ringd")) for name in unknown)

    def run(self):
        for what in (self.copy, self.make_nginx, self.make_module, self.load, self.test):
            begun = time.monotonic()
            what()
            print(f"tools/versions: {self.row['nginx']}: {what.__name__.replace('_', ' ')}, "
                  f"{time.monotonic() - begun:.0f} s", flush=True)


def table(rows):
    heads = list(rows[0])
    widths = [max(len(head), *(len(row[head]) for row in rows)) for head in heads]
    for row in [dict(zip(heads, heads)), *rows]:
        print("  ".join(row[head].ljust(width) for head, width in zip(heads, widths)).rstrip())


def main():
    given = options()
    given.keep = given.keep.resolve()
    given.git = given.git and given.git.resolve()
    versions, troubles = [Version(name, given) for name in given.nginx], []
    for version in versions:
        try:
            version.run()
        except Failed as failed:
            troubles.append(f"{version.row['nginx']}: {failed}")
            print(f"tools/versions: {troubles[-1]}", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            return 130
    loaded = [version for version in versions if version.row["loaded"] == "yes"]
    for version in loaded:
        number = version.row["nginx"].split()[0]
        try:
            version.refuse([other for other in loaded if other.row["nginx"].split()[0] != number])
        except Failed as failed:
            troubles.append(f"{version.row['nginx']}: {failed}")
            print(f"tools/versions: {troubles[-1]}", file=sys.stderr, flush=True)
    table([version.row for version in versions])
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
