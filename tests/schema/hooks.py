"""What schemathesis does not know by itself."""

import schemathesis


@schemathesis.serializer("application/partial-upload")
def partial_upload(_context, value):
    """A piece of a file: any bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.deserializer("application/octet-stream")
def octet_stream(_context, response):
    """A photo, as it was sent."""
    return response.content
