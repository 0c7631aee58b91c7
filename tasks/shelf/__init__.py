"""What people do to stock: goods announced, arrived, counted, returned, moved between stores, sold over a counter."""
