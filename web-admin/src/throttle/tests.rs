use super::*;

const BY_ADDRESS: u16 = 10;
const BY_ALL: u32 = 600;

fn second(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn an_address_that_asks_too_often_waits_for_the_next_window_and_no_longer() {
    let throttle = Throttle::new(BY_ADDRESS, BY_ALL);
    for _ in 0..BY_ADDRESS {
        assert_eq!(throttle.ask(address("192.0.2.1"), second(605)), Ok(()));
    }
    assert_eq!(throttle.ask(address("192.0.2.1"), second(605)), Err(55));
    assert_eq!(throttle.ask(address("::ffff:192.0.2.1"), second(659)), Err(1), "the same address");
    assert_eq!(throttle.ask(address("192.0.2.1"), second(660)), Ok(()));
}

#[test]
fn addresses_of_one_ipv6_network_count_as_one() {
    let throttle = Throttle::new(BY_ADDRESS, BY_ALL);
    for host in 0..BY_ADDRESS {
        let host = address(&format!("2001:db8::{host:x}"));
        assert_eq!(throttle.ask(host, second(0)), Ok(()));
    }
    assert!(throttle.ask(address("2001:db8::ffff"), second(0)).is_err());
}

#[test]
fn all_addresses_together_have_a_bound_that_one_who_insists_does_not_use_up() {
    let throttle = Throttle::new(BY_ADDRESS, BY_ALL);
    for _ in 0..2 * BY_ALL {
        let _ = throttle.ask(address("198.51.100.1"), second(0));
    }
    let addresses = || (0..10_000_u32).map(|host| IpAddr::from((0x0A00_0000 + host).to_be_bytes()));
    let answered = addresses().filter(|host| throttle.ask(*host, second(0)).is_ok()).count();
    assert_eq!(answered, (BY_ALL - u32::from(BY_ADDRESS)) as usize);
}
