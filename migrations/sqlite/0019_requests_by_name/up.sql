-- What was asked for under a name: everybody who opens the public page asks for the names of its test certificates.
CREATE INDEX certificate_requests_by_name ON certificate_requests (profile, common_name, number);
