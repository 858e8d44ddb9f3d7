def application(env, start_response):
    start_response("200 OK", [])
    return [b"ok"]
