"""OpenAPI documents, one per surface, generated from what the viewsets declare and from the dialects themselves."""
