"""The back office: Django's admin for staff, one module per noun (docs/back-office.md)."""
