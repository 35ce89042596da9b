"""S4, /dev/crm (docs/apis/dev.md)."""
