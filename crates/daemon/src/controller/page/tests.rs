use super::*;

#[test]
fn every_resource_has_exactly_one_word_and_the_worst_comes_first() {
    use Disposition as D;
    use Health as H;
    use SyncStatus as S;
    let rows = [
        (D::None, S::Synced, H::Healthy, State::InStep),
        (D::None, S::Synced, H::Suspended, State::Off),
        (D::None, S::Synced, H::Progressing, State::Changing),
        (D::OnHold, S::Synced, H::Healthy, State::Held),
        (D::None, S::Unknown, H::Healthy, State::Unknown),
        (D::None, S::Synced, H::Unknown, State::Unknown),
        (D::Proceeds, S::OutOfSync, H::Healthy, State::Changing),
        (D::Proceeds, S::OutOfSync, H::Missing, State::Changing),
        (D::Wave, S::OutOfSync, H::Healthy, State::Held),
        (D::OnHold, S::OutOfSync, H::Healthy, State::Held),
        (D::OnHold, S::OutOfSync, H::Degraded, State::Failing),
        (D::Guarded, S::OutOfSync, H::Blocked, State::Held),
        (D::Window, S::OutOfSync, H::Blocked, State::Held),
        (D::Waits, S::OutOfSync, H::Blocked, State::Blocked),
        (D::Waits, S::OutOfSync, H::Pending, State::Pending),
        (D::Reported, S::OutOfSync, H::Healthy, State::Drifted),
        (D::Failed, S::OutOfSync, H::Degraded, State::Error),
    ];
    for (disposition, sync, health, expected) in rows {
        let found = state(disposition, sync, health);
        assert_eq!(found, expected, "{disposition} {sync} {health}");
    }
}

#[test]
fn what_is_unknown_is_never_in_step() {
    for disposition in Disposition::ALL {
        for health in Health::ALL {
            let found = state(disposition, SyncStatus::Unknown, health);
            assert_ne!(found, State::InStep, "{disposition} {health}");
            assert_ne!(found, State::Off, "{disposition} {health}");
        }
        let found = state(disposition, SyncStatus::OutOfSync, Health::Healthy);
        assert_ne!(found, State::InStep, "{disposition}");
    }
}
