-- status: a CRL that was refused, or a publication that fails, is an alarm of the operator's monitoring.
GRANT SELECT ON job_runs TO igc_status;
