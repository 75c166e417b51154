"""Lines of the log that machines read."""

import json
import logging
import sys

from haike.site.logs import ACCESS_LOGGER, JsonFormatter


def record(name: str, message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.getLogger(name).makeRecord(name, logging.INFO, "x.py", 1, message, arguments, None)
    vars(made).update(extra)
    return made


def test_a_line_is_json_with_what_the_caller_added() -> None:
    line = json.loads(JsonFormatter().format(record("haike.jobs", "完成 %s", "导入", job=7)))
    assert line.pop("at").endswith("Z")
    assert line == {"level": "info", "logger": "haike.jobs", "message": "完成 导入", "job": 7}


def test_an_error_keeps_its_trace() -> None:
    made = record("haike", "no")
    try:
        raise ValueError("ach")
    except ValueError:
        made.exc_info = sys.exc_info()
    assert "ValueError: ach" in json.loads(JsonFormatter().format(made))["error"]


def test_the_access_log_leaves_out_what_people_search_for() -> None:
    fields = {
        "method": "GET",
        "path": "/customers/",
        "status": 200,
        "dt_ms": 1.5,
        "query_string": "q=张三",
        "time": "now",
    }
    line = json.loads(JsonFormatter().format(record(ACCESS_LOGGER, "%(method)s %(path)s", fields)))
    assert (line["path"], line["status"], line["message"]) == ("/customers/", 200, "GET /customers/")
    assert "张三" not in json.dumps(line, ensure_ascii=False)
