#!/usr/bin/env python3
"""The tidy test must find what it claims to find: one breach of each rule, and a clean file without any."""
import unittest

from tidy import check_file


def rules(path, text):
    return " | ".join(rule for _, rule in check_file(path, text))


class TidyFinds(unittest.TestCase):
    def test_a_clean_file(self):
        self.assertEqual("", rules("shared/a.cc", '// What it is.\n#include "shared/a.h"\n'))

    def test_the_core_including_an_adapter(self):
        self.assertIn("must not include", rules("worker/core/a.cc", '// A.\n#include "adapters/uv/loop.h"\n'))

    def test_an_adapter_including_another(self):
        self.assertIn("must not include", rules("worker/adapters/redis/a.cc", '// A.\n#include "adapters/sqlite/s.h"\n'))

    def test_a_third_party_header_out_of_place(self):
        self.assertIn("belongs to", rules("worker/engine/a.cc", "// A.\n#include <uv.h>\n"))

    def test_missing_opening_comment(self):
        self.assertIn("opens without", rules("shared/a.cc", "int x;\n"))

    def test_long_line_file_and_function(self):
        self.assertIn("characters", rules("shared/a.cc", "// A.\n//" + "x" * 130 + "\n"))
        self.assertIn("a file has one job", rules("shared/a.cc", "// A.\n" * 501))
        self.assertIn("a function of", rules("shared/a.cc", "// A.\nvoid f() {\n" + "  g();\n" * 80 + "}\n"))

    def test_banned_calls(self):
        for call in ("strcpy(a, b);", "std::shared_ptr<int> p;", "throw 1;", "usleep(5);", "std::thread t;"):
            self.assertNotEqual("", rules("worker/engine/a.cc", f"// A.\n{call}\n"), call)
        self.assertEqual("", rules("worker/engine/a.cc", '// We throw nothing.\nlog("no throw here");\n'))

    def test_names_of_the_compiler(self):
        for name in ("_Twice", "RF__H", "__mine"):
            self.assertIn("reserved", rules("tests/a.h", f"// A.\nint {name};\n"), name)
        self.assertEqual("", rules("shared/a.cc", '// A.\nif (__builtin_add_overflow(a, b, &c)) f("__x", a_b_);\n'))


if __name__ == "__main__":
    unittest.main()
