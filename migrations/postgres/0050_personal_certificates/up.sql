-- Owner: registration-authority.

-- A software certificate may be a person's: a professional's (offer PS), who is tied to the exercise of a profession, or that of one of
-- the staff of a structure (offer PRO), for whom its agent asks by a mandate. `common_name` is then his IdNat_PS.
ALTER TABLE certificate_requests ADD COLUMN family_name TEXT;
ALTER TABLE certificate_requests ADD COLUMN given_name TEXT;
ALTER TABLE certificate_requests ADD COLUMN profession TEXT;
ALTER TABLE certificate_requests ADD COLUMN category TEXT;
ALTER TABLE certificate_requests ADD COLUMN title TEXT;
ALTER TABLE certificate_requests ADD COLUMN mandate TEXT REFERENCES structure_mandates (number);
ALTER TABLE certificate_requests ADD COLUMN email_address TEXT;
CREATE INDEX certificate_requests_by_professional ON certificate_requests (common_name) WHERE profession IS NOT NULL;

CREATE TRIGGER certificate_requests_are_of_one_subject BEFORE INSERT ON certificate_requests FOR EACH ROW
WHEN ((NEW.family_name IS NULL) <> (NEW.given_name IS NULL) OR (NEW.profession IS NULL) <> (NEW.category IS NULL)
  OR (NEW.title IS NULL) <> (NEW.mandate IS NULL) OR (NEW.profession IS NOT NULL AND NEW.mandate IS NOT NULL)
  OR (NEW.family_name IS NULL) <> (NEW.profession IS NULL AND NEW.mandate IS NULL)
  OR (NEW.structure = '') <> (NEW.profession IS NOT NULL)
  OR (NEW.family_name IS NULL AND NEW.email_address IS NOT NULL))
EXECUTE FUNCTION refuse('a request is for a structure, for a professional, or for one of the staff of a structure');
CREATE TRIGGER certificate_requests_keep_their_person BEFORE UPDATE ON certificate_requests FOR EACH ROW
WHEN (NEW.family_name IS DISTINCT FROM OLD.family_name OR NEW.given_name IS DISTINCT FROM OLD.given_name
  OR NEW.profession IS DISTINCT FROM OLD.profession OR NEW.category IS DISTINCT FROM OLD.category OR NEW.title IS DISTINCT FROM OLD.title
  OR NEW.mandate IS DISTINCT FROM OLD.mandate OR NEW.email_address IS DISTINCT FROM OLD.email_address)
EXECUTE FUNCTION refuse('what was decided on is never changed');
