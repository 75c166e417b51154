"""What a request gets whose host name belongs to no company: nothing that would need a company's data."""

from django.http import HttpRequest, HttpResponse

from haike.site import health


def answer(request: HttpRequest) -> HttpResponse:
    # Load balancers ask by address, not by a company's name.
    if request.path == "/healthz":
        return health.answer(request)
    return HttpResponse(
        "404 没有这个网址。There is nothing here.\n", status=404, content_type="text/plain; charset=utf-8"
    )
