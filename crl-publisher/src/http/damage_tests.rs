//! What is damaged of one authority takes nothing from the others.

use super::tests::Server;
use crate::fixture::OTHER;

#[test]
fn an_authority_that_does_not_read_is_told_of_and_takes_the_others_out_of_no_traffic() {
    let mut server = Server::start();
    server.world.damage(OTHER);
    let (status, text) = server.operations("/readyz?verbose");
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("record of authority ACI-EL-ORG does not read"), "{text}");
    let (_, metrics) = server.operations("/metrics");
    assert!(metrics.contains("igc_crl_number{issuer=\"ACI-FO-PP\",kind=\"full\"} "), "{metrics}");
}
