fn main() {
    for path in std::env::args().skip(1) {
        let review: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let req = review.get("request").cloned().unwrap_or(review);
        let payload = serde_json::json!({"request": req, "settings": {}});
        let r = oke_virtual_nodes_policy::policy::validate(payload.to_string().as_bytes());
        println!(
            "{} accepted={} code={:?}\n{}",
            path.rsplit('/').next().unwrap(),
            r.accepted,
            r.code,
            r.message.unwrap_or_default()
        );
        if !r.accepted {
            for w in r.warnings.unwrap_or_default() {
                println!("   W {w}");
            }
        }
    }
}
