"""Priority order, initial delay, failure block and bootstrap on failure (1/x/13 to 1/x/16)."""
from harness import (assert_on_time, at, bootstrap_conf, quick_conf, server_conf, write_account,
                     full_bootstrap)
from coap import boottime


def test_a_lower_priority_waits_for_the_end_of_the_higher(server, daemon):
    first, second = server.listen("first"), server.listen("second")
    first.do("silent on")
    d = daemon(quick_conf(servers={
        "a": server_conf(second, 101, registration_priority_order=2),
        "b": server_conf(first, 102, registration_priority_order=1)}))
    ended = at(first.wait("ignored")) + 1
    assert_on_time("second in the order", at(second.wait("register")), ended)
    d.wait("registered", "101")


def test_a_lower_priority_follows_a_success_at_once(server, daemon):
    first, second = server.listen("first"), server.listen("second")
    daemon(quick_conf(servers={
        "a": server_conf(second, 101, registration_priority_order=2),
        "b": server_conf(first, 102, registration_priority_order=1)}))
    assert_on_time("second in the order", at(second.wait("register")), at(first.wait("register")))


def test_servers_without_priority_wait_for_nobody(server, daemon):
    first, other = server.listen("first"), server.listen("other")
    first.do("silent on")
    d = daemon(quick_conf(servers={
        "a": server_conf(first, 101, registration_priority_order=1),
        "b": server_conf(other, 102)}))
    assert at(other.wait("register")) - d.wait("started").time < 0.9


def test_the_initial_delay_counts_from_the_start_of_its_turn(server, daemon):
    first, second = server.listen("first"), server.listen("second")
    daemon(quick_conf(servers={
        "a": server_conf(first, 101, registration_priority_order=1),
        "b": server_conf(second, 102, registration_priority_order=2,
                         retry={"initial_delay": "2s"})}))
    before = at(first.wait("register"))
    assert_on_time("delayed Register", at(second.wait("register")), before + 2)


def test_a_failure_block_keeps_the_rest_of_the_order_from_registering(server, daemon):
    first, second, bs = server.listen("first"), server.listen("second"), server.listen("bs")
    first.do("answer register 4.03")
    daemon(quick_conf(
        servers={"a": server_conf(first, 101, registration_priority_order=1,
                                  registration_failure_block=True,
                                  bootstrap_on_registration_failure=True),
                 "b": server_conf(second, 102, registration_priority_order=2)},
        bootstrap=bootstrap_conf(bs, "1s")))
    failed = at(first.wait("register"))
    assert_on_time("bootstrap of the blocked order", at(bs.wait("bootstrap-request")), failed + 1)
    assert not second.seen("register")


def test_without_failure_block_the_next_in_the_order_has_its_turn(server, daemon):
    first, second, bs = server.listen("first"), server.listen("second"), server.listen("bs")
    first.do("answer register 4.03")
    daemon(quick_conf(
        servers={"a": server_conf(first, 101, registration_priority_order=1,
                                  registration_failure_block=False),
                 "b": server_conf(second, 102, registration_priority_order=2)},
        bootstrap=bootstrap_conf(bs, "0s")))
    second.wait("register")
    bs.quiet("bootstrap-request", 1)


def test_an_explicit_true_bootstraps_although_another_server_works(server, daemon):
    good, bad, bs = server.listen("good"), server.listen("bad"), server.listen("bs")
    bad.do("answer register 4.03")
    daemon(quick_conf(
        servers={"a": server_conf(bad, 101, bootstrap_on_registration_failure=True),
                 "b": server_conf(good, 102)},
        bootstrap=bootstrap_conf(bs, "1s")))
    failed = at(bad.wait("register"))
    good.wait("register")
    assert at(bs.wait("bootstrap-request")) >= failed + 1


def test_an_absent_value_does_not_bootstrap_while_another_server_works(server, daemon):
    good, bad, bs = server.listen("good"), server.listen("bad"), server.listen("bs")
    bad.do("answer register 4.03")
    daemon(quick_conf(servers={"a": server_conf(bad, 101), "b": server_conf(good, 102)},
                      bootstrap=bootstrap_conf(bs, "0s")))
    bad.wait("register"), good.wait("register")
    bs.quiet("bootstrap-request", 1.5)


def test_retry_and_order_written_by_a_bootstrap_server_are_used(server, daemon):
    first, second, bs = server.listen("first"), server.listen("second"), server.listen("bs")
    first.do("answer register 5.00")
    # 1/x/13 order, 17 retry count, 18 retry timer
    bs.bootstrap(["DELETE /", *write_account(first, 101, 10, r13=1, r17=2, r18=1),
                  *write_account(second, 102, 11, r13=2), "FINISH"])
    daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    bs.wait("played")
    assert [a.code for a in bs.answers()] == ["2.02", *["2.04"] * 5]
    times = [at(first.wait("register")) for _ in range(2)]
    assert_on_time("attempt 2", times[1], times[0] + 1)
    assert at(second.wait("register")) >= times[1]


def test_after_a_bootstrap_the_counters_start_anew(server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    dm.do("answer register 4.03 x1")
    bs.bootstrap(full_bootstrap(dm))
    d = daemon(quick_conf(servers={"a": server_conf(dm, 101)}, bootstrap=bootstrap_conf(bs, "0s")))
    dm.wait("register")
    before = boottime()
    dm.wait("register")
    d.wait("registered", "101")
    assert boottime() - before < 5
