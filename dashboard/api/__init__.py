"""The read-only JSON API: the questions of the pages, answered for programs.

It asks the same package `data` and reads filters with the same code as the Explore page, so its
figures are those of the screen. `questions` answers, `asking` reads addresses, `description` says
in OpenAPI what there is.
"""

from dashboard.api.routes import API

__all__ = ["API"]
