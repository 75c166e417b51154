"""Jobs that the tests enqueue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django_tasks import task
from django_tasks.base import TaskContext

from haike.jobs.context import current
from haike.jobs.declare import job
from haike.progress import Cancelled, report, result_file
from haike.refused import Refused

ran: list[Any] = []


@job(title="Add numbers", attempts=3)
def add(a: int, b: int = 0, *, by: int | None = None) -> dict[str, int]:
    ran.append((a, b))
    return {"sum": a + b}


@job(title=lambda name, **_: f"Greet {name}", priority=10)
def greet(*, name: str) -> str:
    ran.append(name)
    return f"Hello {name}"


@job(attempts=3, backoff=10)
def break_down() -> None:
    ran.append("break")
    raise ZeroDivisionError("no")


@job(attempts=3)
def refuse() -> None:
    ran.append("refuse")
    raise Refused("The stock is empty.")


@job()
def stop_itself() -> None:
    report(3, 10)
    raise Cancelled


@job()
def count_to(total: int) -> dict[str, Any]:
    for number in range(1, total + 1):
        report(number, total, f"number {number}")
    return {"url": "/customers/", "message": f"{total} counted"}


@job(slow=True)
def write_file(name: str = "out.txt") -> None:
    result_file(name).write_text("hello", encoding="utf-8")


@job(outside=True)
def call_out() -> None:
    """Waits for another machine."""


@job()
def half_a_file() -> None:
    result_file("half.txt").write_text("half", encoding="utf-8")
    raise ValueError


@job()
def give_money() -> Any:
    return Decimal("1.50")


@job()
def give_object() -> Any:
    return object()


@job()
def tell_number() -> str:
    running = current()
    assert running is not None
    return running.number


@task(takes_context=True)
def plain(context: TaskContext) -> int:
    return context.attempt


@task()
async def waits() -> str:
    return "awaited"


def not_a_task() -> None: ...


@job(attempts=3)
def eat() -> None:
    raise MemoryError
