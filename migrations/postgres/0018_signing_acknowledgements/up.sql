-- Owner: ca-core.

-- What somebody has made of an alarm about what was signed: until then it is told everywhere, so that it does not hide
-- the next one afterwards. Only the operator of the machine writes here: no process's role may silence an alarm.
CREATE TABLE signing_acknowledgements (
    ledger          TEXT   NOT NULL,
    sequence        BIGINT NOT NULL,
    reason          TEXT   NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    acknowledged_by TEXT   NOT NULL,
    acknowledged_at BIGINT NOT NULL,
    PRIMARY KEY (ledger, sequence),
    FOREIGN KEY (ledger, sequence) REFERENCES signing_alarms (ledger, sequence)
);
CREATE TRIGGER signing_acknowledgements_are_never_changed BEFORE UPDATE ON signing_acknowledgements FOR EACH ROW
EXECUTE FUNCTION refuse('what was made of an alarm is never changed');
CREATE TRIGGER signing_acknowledgements_are_never_deleted BEFORE DELETE ON signing_acknowledgements FOR EACH ROW
EXECUTE FUNCTION refuse('what was made of an alarm is never deleted');

GRANT SELECT ON signing_acknowledgements TO igc_worker, igc_status;
