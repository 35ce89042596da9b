"""The HTTP kit that every surface uses: dialects, problems, viewset, paging, filters, presenters, OpenAPI.

It knows no business noun. A surface adds one module per resource; docs/how-to/add-an-endpoint.md shows how.
"""
