"""Mail servers (RFC 5321): a connection that is kept, and knows how far each mail came."""
