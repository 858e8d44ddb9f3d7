import http.server
import sys

def note(text):
    with open(sys.argv[-1] + ".log", "a") as log:
        log.write(text)

http.server.HTTPServer(("", 8000), http.server.SimpleHTTPRequestHandler).serve_forever()
