-- Owner: store.

-- A function that runs with the rights of whoever made it finds its tables in the schema of the program, and in nobody's temporary ones: PostgreSQL looks there first
-- where `pg_temp` does not stand last ("Writing SECURITY DEFINER Functions Safely").
DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = current_schema()::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
    END LOOP;
END $$;
