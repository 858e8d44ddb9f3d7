{
  "targets": [{ "target_name": "adler", "sources": ["adler.c"] }]
}
