-- What was given up before it was signed: few rows, which the status role takes out of the serial numbers that it
-- reads from the primary key's index when it starts. Makes no table.
CREATE INDEX certificates_abandoned ON certificates (issuer, serial) WHERE status = 'abandoned';
