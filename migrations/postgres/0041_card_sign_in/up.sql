-- Owner: registration-authority.

-- A certificate is enrolled as a passkey is: its SHA-256 stands where a passkey's identifier does, and its key, which may be
-- one of RSA-4096, where the passkey's does.
ALTER TABLE officer_enrolments DROP CONSTRAINT officer_enrolments_action_check,
    ADD CONSTRAINT officer_enrolments_action_check
        CHECK (action IN ('enrol', 'revoke', 'enrol-certificate', 'revoke-certificate')),
    DROP CONSTRAINT officer_enrolments_public_key_check,
    ADD CONSTRAINT officer_enrolments_public_key_check CHECK (length(public_key) BETWEEN 1 AND 600);
