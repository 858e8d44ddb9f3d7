window.api = "API"
