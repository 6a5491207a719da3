//! Tells the linker where libtorch lies, so that a build with the feature `transformer` runs without any variable set.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    let transformer = std::env::var_os("CARGO_FEATURE_TRANSFORMER").is_some();
    let unix = std::env::var_os("CARGO_CFG_UNIX").is_some();
    if let (true, true, Ok(libtorch)) = (transformer, unix, std::env::var("LIBTORCH")) {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{libtorch}/lib");
    }
}
