//! The migrations are embedded by a macro, of which cargo knows no file: without this a program built again after a pull
//! would bring an old schema, and say nothing.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
