"""Surfaces for staff and machines: the Django admin; the APIs S0 `v1`, S1 `services`, S3 `listings`, S4 `dev`."""
