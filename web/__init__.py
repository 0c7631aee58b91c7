"""What the hub shows and hears over HTTP: partners' webhooks, health, and the console."""
