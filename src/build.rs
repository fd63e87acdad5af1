//! Migrations are built into the binary: a new one is a change of the source.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
