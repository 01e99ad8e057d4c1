use super::*;

#[test]
fn the_shipped_compendium_holds() {
    let compendium = load_shipped();
    assert_eq!(compendium.check(), []);
    let procedure = compendium.procedure("rectification").unwrap();
    assert_eq!(compendium.channels(procedure).len(), 8);
    assert_eq!(compendium.classes(procedure).len(), 3);
}
