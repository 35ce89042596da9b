"""What Django REST framework's own tutorial would make of the same table: the yardstick of the field."""
