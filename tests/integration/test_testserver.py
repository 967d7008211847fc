"""The scripted server itself, spoken to by the Python peer and by itself over DTLS."""
from coap import ACK, LINK, LOCATION_PATH, OBSERVE, TEXT, Message, links, tlv_decode, security_tlv
from harness import Keys


def register(peer, endpoint, lifetime=60):
    return peer.ask("POST", "/rd", query=["ep=x", f"lt={lifetime}", "lwm2m=1.1"], format=LINK,
                    payload="</1/0>,</3/0>")


def speak_to(peer, endpoint):
    host, _, port = endpoint.uri.split("//")[1].rpartition(":")
    peer.peer = (host.strip("[]"), int(port))
    return peer


def test_it_registers_updates_and_deregisters_a_client(server, peer):
    dm = server.listen()
    client = speak_to(peer(), dm)
    answer = register(client, dm)
    assert answer.text == "2.01"
    location = "/" + "/".join(v.decode() for v in answer.all(LOCATION_PATH))
    seen = dm.wait("register")
    assert seen["queries"] == ["ep=x", "lt=60", "lwm2m=1.1"]
    assert seen["payload"] == "</1/0>,</3/0>" and seen["format"] == LINK
    assert seen["peer"] == f"127.0.0.1:{client.port}"
    assert client.ask("POST", location, query=["lt=90"]).text == "2.04"
    assert dm.wait("update")["queries"] == ["lt=90"]
    assert client.ask("DELETE", location).text == "2.02"
    dm.wait("deregister")
    assert client.ask("POST", location).text == "4.04"


def test_answers_can_be_set_for_a_number_of_requests(server, peer):
    dm = server.listen()
    client = speak_to(peer(), dm)
    dm.do("answer register 4.03 x2")
    assert [register(client, dm).text for _ in range(3)] == ["4.03", "4.03", "2.01"]
    dm.do("forget")
    assert client.ask("POST", "/rd/1").text == "4.04"


def test_it_acknowledges_and_never_answers(server, peer):
    dm = server.listen()
    client = speak_to(peer(), dm)
    dm.do("answer register none")
    request = client.send(Message.request("POST", "/rd", query=["ep=x"]))
    ack = client.receive()
    assert (ack.type, ack.code, ack.mid) == (ACK, 0, request.mid)


def test_a_retransmission_is_answered_but_counts_once(server, peer):
    dm = server.listen()
    client = speak_to(peer(), dm)
    request = Message.request("POST", "/rd", query=["ep=x"])
    first, second = client.exchange(request), client.exchange(request)
    assert first.encode() == second.encode()
    dm.wait("duplicate")
    assert len(dm.seen("register")) == 1


def test_it_reads_from_the_registered_client(server, peer):
    dm = server.listen()
    client = speak_to(peer(), dm)
    register(client, dm)
    dm.do("READ /3/0/0 tlv")
    request = client.wait_request("GET", "/3/0/0")
    client.reply(request, "2.05", payload="A", format=TEXT)
    answer = dm.wait("answer", request="READ /3/0/0")
    assert (answer["code"], answer["format"], answer["payload"]) == ("2.05", 0, "41")
    dm.do("OBSERVE /3/0/1")
    assert client.wait_request("GET", "/3/0/1").number(OBSERVE) == 0


def test_it_plays_a_script_after_a_bootstrap_request(server, peer):
    bs = server.listen("bs")
    client = speak_to(peer(), bs)
    assert client.ask("POST", "/bs", query=["ep=x"]).text == "4.00"
    bs.bootstrap(["DELETE /", "PUT /0/1/0 text coap://127.0.0.1", "FINISH"])
    assert client.ask("POST", "/bs", query=["ep=x"]).text == "2.04"
    for method, path, payload, code in [("DELETE", "/", b"", "2.02"),
                                        ("PUT", "/0/1/0", b"coap://127.0.0.1", "2.04"),
                                        ("POST", "/bs", b"", "4.06")]:
        request = client.wait_request(method, path)
        assert request.payload == payload
        client.reply(request, code)
    bs.wait("played")
    assert [a.code for a in bs.answers()] == ["2.02", "2.04", "4.06"]


def test_it_speaks_first_from_its_own_address(server, peer):
    bs = server.listen("bs")
    client = peer()
    bs.speak_first(client.uri, ["DISCOVER /", "FINISH"])
    request = client.wait_request("GET", "/")
    assert request.source == ("127.0.0.1", bs.port)
    client.reply(request, "2.05", payload='</>;lwm2m=1.1', format=LINK)
    client.reply(client.wait_request("POST", "/bs"), "2.04")
    bs.wait("played")


def test_silence_delay_and_duplicates_are_made_on_the_wire(server, peer):
    dm = server.listen()
    client = speak_to(peer(), dm)
    dm.do("silent on")
    client.send(Message.request("GET", "/x"))
    dm.wait("ignored")
    dm.do("silent off")
    dm.do("duplicate out 1")
    assert client.ask("GET", "/x").text == "4.04"
    assert client.receive().text == "4.04"
    dm.do("delay 200")
    answer = client.ask("GET", "/x")
    assert answer.time - dm.seen("request")[-1]["t"] / 1e6 >= 0.19


def test_dtls_works_between_two_servers_of_the_process(server, keys):
    secure = server.listen("secure", keys)
    other = server.listen("other")
    other.speak_first(secure.uri, ["POST /rd?ep=x&lt=60 link </1/0>", "READ /foo"], keys)
    secure.wait("client-hello")
    secure.wait("session", state="open")
    assert secure.wait("register")["queries"] == ["ep=x", "lt=60"]
    other.wait("played")
    assert [a.code for a in other.answers()] == ["2.01", "4.04"]


def test_dtls_with_a_wrong_key_or_identity_does_not_work(server, keys):
    secure = server.listen("secure", keys)
    other = server.listen("other")
    other.speak_first(secure.uri, [], Keys("nobody"))
    secure.wait("unknown-identity")
    other.speak_first(secure.uri, ["READ /foo"], Keys(keys.identity))
    secure.wait("client-hello")
    third = server.listen("third")
    third.speak_first(secure.uri, ["READ /bar"], keys)
    secure.wait("request", path="bar")
    assert len(secure.seen("session", state="open")) == 1 and not secure.seen("request", path="foo")


def test_the_python_helpers_read_what_they_write():
    records = tlv_decode(security_tlv("coap://x", 101, hold_off=4294967295))
    assert [(r[1], r[2]) for r in records if r[1] in (0, 10, 11)] == [
        (0, b"coap://x"), (10, b"\x65"), (11, b"\x00\x00\x00\x00\xff\xff\xff\xff")]
    assert links('lwm2m="1.0",</1>;ver=1.1,</1/0>;uri="a,b"') == {
        "lwm2m": {"": "1.0"}, "/1": {"ver": "1.1"}, "/1/0": {"uri": "a,b"}}
    m = Message.request("PUT", "/1/0/1", query=["a=" + "b" * 300], format=11542, payload="x")
    again = Message.decode(m.encode())
    assert (again.path, again.query, again.payload) == (m.path, m.query, m.payload)
