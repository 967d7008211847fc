import static org.eclipse.leshan.core.endpoint.Protocol.COAP;
import static org.eclipse.leshan.core.endpoint.Protocol.COAPS;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.KeyFactory;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.UdpConfig;
import org.eclipse.californium.elements.config.SystemConfig;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.leshan.core.SecurityMode;
import org.eclipse.leshan.core.link.lwm2m.attributes.DefaultLwM2mAttributeParser;
import org.eclipse.leshan.core.link.lwm2m.attributes.LwM2mAttributeSet;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.observation.CompositeObservation;
import org.eclipse.leshan.core.observation.Observation;
import org.eclipse.leshan.core.observation.SingleObservation;
import org.eclipse.leshan.core.peer.LwM2mPeer;
import org.eclipse.leshan.core.request.BindingMode;
import org.eclipse.leshan.core.request.BootstrapDownlinkRequest;
import org.eclipse.leshan.core.request.BootstrapRequest;
import org.eclipse.leshan.core.request.CancelCompositeObservationRequest;
import org.eclipse.leshan.core.request.CancelObservationRequest;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.request.DeleteRequest;
import org.eclipse.leshan.core.request.DiscoverRequest;
import org.eclipse.leshan.core.request.DownlinkRequest;
import org.eclipse.leshan.core.request.ExecuteRequest;
import org.eclipse.leshan.core.request.ObserveCompositeRequest;
import org.eclipse.leshan.core.request.ObserveRequest;
import org.eclipse.leshan.core.request.ReadCompositeRequest;
import org.eclipse.leshan.core.request.ReadRequest;
import org.eclipse.leshan.core.request.WriteAttributesRequest;
import org.eclipse.leshan.core.request.WriteCompositeRequest;
import org.eclipse.leshan.core.request.WriteRequest;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.core.response.ObserveCompositeResponse;
import org.eclipse.leshan.core.response.ObserveResponse;
import org.eclipse.leshan.core.util.Hex;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.LeshanServerBuilder;
import org.eclipse.leshan.server.bootstrap.BootstrapConfig;
import org.eclipse.leshan.server.bootstrap.BootstrapFailureCause;
import org.eclipse.leshan.server.bootstrap.BootstrapSession;
import org.eclipse.leshan.server.bootstrap.BootstrapSessionAdapter;
import org.eclipse.leshan.server.bootstrap.InMemoryBootstrapConfigStore;
import org.eclipse.leshan.server.bootstrap.LeshanBootstrapServer;
import org.eclipse.leshan.server.bootstrap.LeshanBootstrapServerBuilder;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.CaliforniumBootstrapServerEndpointsProvider;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.coap.CoapBootstrapServerProtocolProvider;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.coaps.CoapsBootstrapServerProtocolProvider;
import org.eclipse.leshan.server.californium.endpoint.CaliforniumServerEndpointsProvider;
import org.eclipse.leshan.server.californium.endpoint.coap.CoapServerProtocolProvider;
import org.eclipse.leshan.server.californium.endpoint.coaps.CoapsServerProtocolProvider;
import org.eclipse.leshan.server.observation.ObservationListener;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationListener;
import org.eclipse.leshan.server.registration.RegistrationUpdate;
import org.eclipse.leshan.server.security.BootstrapSecurityStoreAdapter;
import org.eclipse.leshan.server.security.InMemorySecurityStore;
import org.eclipse.leshan.server.security.SecurityInfo;

/**
 * Eclipse Leshan as bootstrap server and LwM2M server on loopback, steered by lines on standard
 * input, telling what it sees as JSON lines on standard output. Ends with its standard input.
 * Arguments: the LwM2M server's private key (PKCS#8), its certificate and the CA of its clients, all
 * DER; none: pre-shared keys only.
 *
 *   accounts EP nosec                                 the bootstrap server gives EP this account
 *   accounts EP psk DM-IDENTITY DM-KEY BS-IDENTITY BS-KEY
 *   known EP x509 | known EP rpk SUBJECT-PUBLIC-KEY-INFO       what EP shows the LwM2M server
 *   read EP PATH [FORMAT]             write EP PATH NUMBER [FORMAT]
 *   discover|execute|delete EP PATH    read-composite EP PATH FORMAT PATH...
 *   write-composite EP PATH NUMBER FORMAT
 *   attributes EP PATH pmin=1&gt=5     observe|forget EP PATH      observe-composite EP PATH PATH...
 *   cancel EP PATH                     ends an observation, or that of a composite that has PATH
 */
public class LeshanPeer {
    private static final int SHORT_ID = 123;
    private static final int LIFETIME = 300;

    private final InMemorySecurityStore serverKeys = new InMemorySecurityStore();
    private final InMemorySecurityStore bootstrapKeys = new InMemorySecurityStore();
    private final InMemoryBootstrapConfigStore configs = new InMemoryBootstrapConfigStore();
    private LeshanServer server;
    private LeshanBootstrapServer bootstrapServer;

    public static void main(String[] args) throws Exception {
        new LeshanPeer().run(args);
    }

    private static String quoted(Object value) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : String.valueOf(value).toCharArray()) {
            if (c == '"' || c == '\\')
                out.append('\\').append(c);
            else if (c < 0x20)
                out.append(String.format("\\u%04x", (int) c));
            else
                out.append(c);
        }
        return out.append('"').toString();
    }

    /** One JSON line: the event and pairs of key and value. */
    private static synchronized void tell(String event, Object... pairs) {
        StringBuilder out = new StringBuilder("{\"event\":" + quoted(event));
        for (int i = 0; i < pairs.length; i += 2)
            out.append(',').append(quoted(pairs[i])).append(':').append(quoted(pairs[i + 1]));
        System.out.println(out.append('}'));
        System.out.flush();
    }

    private static void configure(Configuration c) {
        c.set(CoapConfig.PROTOCOL_STAGE_THREAD_COUNT, 1);
        c.set(UdpConfig.UDP_RECEIVER_THREAD_COUNT, 1);
        c.set(UdpConfig.UDP_SENDER_THREAD_COUNT, 1);
        c.set(SystemConfig.HEALTH_STATUS_INTERVAL, 0, TimeUnit.SECONDS);
    }

    private static X509Certificate certificateOf(String path) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(
                new ByteArrayInputStream(Files.readAllBytes(Paths.get(path))));
    }

    private void startServer(String[] identity) throws Exception {
        CaliforniumServerEndpointsProvider.Builder endpoints =
                new CaliforniumServerEndpointsProvider.Builder(
                        new CoapServerProtocolProvider(), new CoapsServerProtocolProvider());
        Configuration c = endpoints.createDefaultConfiguration();
        configure(c);
        endpoints.setConfiguration(c);
        endpoints.addEndpoint(new InetSocketAddress("127.0.0.1", 0), COAP);
        endpoints.addEndpoint(new InetSocketAddress("127.0.0.1", 0), COAPS);

        LeshanServerBuilder builder = new LeshanServerBuilder();
        builder.setSecurityStore(serverKeys);
        builder.setEndpointsProviders(endpoints.build());
        if (identity.length == 3) {
            builder.setPrivateKey(KeyFactory.getInstance("EC").generatePrivate(
                    new PKCS8EncodedKeySpec(Files.readAllBytes(Paths.get(identity[0])))));
            builder.setCertificateChain(new X509Certificate[] {certificateOf(identity[1])});
            builder.setTrustedCertificates(new Certificate[] {certificateOf(identity[2])});
        }
        server = builder.build();
        server.getRegistrationService().addListener(new Registrations());
        server.getObservationService().addListener(new Observations());
        server.start();
    }

    private void startBootstrapServer() {
        CaliforniumBootstrapServerEndpointsProvider.Builder endpoints =
                new CaliforniumBootstrapServerEndpointsProvider.Builder(
                        new CoapBootstrapServerProtocolProvider(),
                        new CoapsBootstrapServerProtocolProvider());
        Configuration c = endpoints.createDefaultConfiguration();
        configure(c);
        endpoints.setConfiguration(c);
        endpoints.addEndpoint(new InetSocketAddress("127.0.0.1", 0), COAP);
        endpoints.addEndpoint(new InetSocketAddress("127.0.0.1", 0), COAPS);

        LeshanBootstrapServerBuilder builder = new LeshanBootstrapServerBuilder();
        builder.setConfigStore(configs);
        builder.setSecurityStore(new BootstrapSecurityStoreAdapter(bootstrapKeys));
        builder.setEndpointsProviders(endpoints.build());
        bootstrapServer = builder.build();
        bootstrapServer.addListener(new Sessions());
        bootstrapServer.start();
    }

    private void addAccounts(String[] word) throws Exception {
        String endpoint = word[1];
        boolean isPsk = word[2].equals("psk");
        URI uri = server.getEndpoint(isPsk ? COAPS : COAP).getURI();
        BootstrapConfig config = new BootstrapConfig();

        config.toDelete = Arrays.asList("/0", "/1");
        config.autoIdForSecurityObject = true; // asks first, with a Discover
        BootstrapConfig.ServerSecurity security = new BootstrapConfig.ServerSecurity();
        security.uri = uri.toString();
        security.serverId = SHORT_ID;
        security.securityMode = isPsk ? SecurityMode.PSK : SecurityMode.NO_SEC;
        if (isPsk) {
            security.publicKeyOrId = word[3].getBytes(StandardCharsets.UTF_8);
            security.secretKey = Hex.decodeHex(word[4].toCharArray());
            serverKeys.add(SecurityInfo.newPreSharedKeyInfo(endpoint, word[3], security.secretKey));
            bootstrapKeys.add(SecurityInfo.newPreSharedKeyInfo(
                    endpoint, word[5], Hex.decodeHex(word[6].toCharArray())));
        }
        config.security.put(0, security);

        BootstrapConfig.ServerConfig account = new BootstrapConfig.ServerConfig();
        account.shortId = SHORT_ID;
        account.lifetime = LIFETIME;
        account.notifIfDisabled = true;
        account.binding = EnumSet.of(BindingMode.U);
        config.servers.put(0, account);
        configs.add(endpoint, config);
        tell("ok", "command", "accounts");
    }

    private void addKnown(String[] word) throws Exception {
        if (word[2].equals("x509"))
            serverKeys.add(SecurityInfo.newX509CertInfo(word[1]));
        else
            serverKeys.add(SecurityInfo.newRawPublicKeyInfo(word[1],
                    KeyFactory.getInstance("EC").generatePublic(
                            new X509EncodedKeySpec(Hex.decodeHex(word[3].toCharArray())))));
        tell("ok", "command", "known");
    }

    private static ContentFormat format(String name) {
        return ContentFormat.fromName(name.toUpperCase(Locale.ROOT));
    }

    private void send(String[] word) throws Exception {
        Registration registration = server.getRegistrationService().getByEndpoint(word[1]);
        DownlinkRequest<? extends LwM2mResponse> request;

        switch (word[0]) {
        case "read":
            request = word.length > 3
                    ? new ReadRequest(ContentFormat.fromName(word[3].toUpperCase(Locale.ROOT)), word[2])
                    : new ReadRequest(word[2]);
            break;
        case "discover":
            request = new DiscoverRequest(word[2]);
            break;
        case "execute":
            request = new ExecuteRequest(word[2]);
            break;
        case "write":
            String[] id = word[2].substring(1).split("/");
            request = word.length > 4
                    ? new WriteRequest(format(word[4]), Integer.parseInt(id[0]),
                            Integer.parseInt(id[1]), Integer.parseInt(id[2]),
                            Long.parseLong(word[3]))
                    : new WriteRequest(Integer.parseInt(id[0]), Integer.parseInt(id[1]),
                            Integer.parseInt(id[2]), Long.parseLong(word[3]));
            break;
        case "delete":
            request = new DeleteRequest(word[2]);
            break;
        case "read-composite": {
            List<String> paths = new ArrayList<>(Arrays.asList(word).subList(4, word.length));
            paths.add(word[2]);
            request = new ReadCompositeRequest(format(word[3]), format(word[3]), paths);
            break;
        }
        case "write-composite": {
            Map<String, Object> values = new HashMap<>();
            values.put(word[2], Long.parseLong(word[3]));
            request = new WriteCompositeRequest(format(word[4]), values);
            break;
        }
        case "attributes":
            request = new WriteAttributesRequest(word[2], new LwM2mAttributeSet(
                    new DefaultLwM2mAttributeParser().parseUriQuery(word[3])));
            break;
        case "observe":
            request = word.length > 3
                    ? new ObserveRequest(ContentFormat.fromName(word[3].toUpperCase(Locale.ROOT)), word[2])
                    : new ObserveRequest(word[2]);
            break;
        case "observe-composite":
            request = new ObserveCompositeRequest(ContentFormat.SENML_CBOR,
                    ContentFormat.SENML_CBOR, Arrays.copyOfRange(word, 2, word.length));
            break;
        case "cancel":
            request = cancellation(registration, new LwM2mPath(word[2]));
            break;
        default:
            throw new IllegalArgumentException("no such command: " + word[0]);
        }
        LwM2mResponse response = server.send(registration, request, 10000);
        tell("answer", "command", word[0], "path", word[2], "code",
                response == null ? "none" : response.getCode().getCode(), "text", response);
    }

    private DownlinkRequest<? extends LwM2mResponse> cancellation(Registration registration,
            LwM2mPath path) {
        for (Observation o : server.getObservationService().getObservations(registration)) {
            if (o instanceof SingleObservation && ((SingleObservation) o).getPath().equals(path))
                return new CancelObservationRequest((SingleObservation) o);
            if (o instanceof CompositeObservation
                    && ((CompositeObservation) o).getPaths().contains(path))
                return new CancelCompositeObservationRequest((CompositeObservation) o);
        }
        throw new IllegalArgumentException("not observed: " + path);
    }

    private void run(String[] identity) throws Exception {
        startServer(identity);
        startBootstrapServer();
        tell("listening", "coap", server.getEndpoint(COAP).getURI(), "coaps",
                server.getEndpoint(COAPS).getURI(), "bootstrap-coap",
                bootstrapServer.getEndpoint(COAP).getURI(), "bootstrap-coaps",
                bootstrapServer.getEndpoint(COAPS).getURI());

        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        String line;
        while ((line = in.readLine()) != null) {
            String[] word = line.split(" ");
            try {
                if (word[0].equals("accounts"))
                    addAccounts(word);
                else if (word[0].equals("known"))
                    addKnown(word);
                else if (word[0].equals("forget")) // the next notification is reset
                    tell("answer", "command", word[0], "path", word[2], "code",
                            server.getObservationService().cancelObservations(
                                    server.getRegistrationService().getByEndpoint(word[1]),
                                    word[2]));
                else
                    send(word);
            } catch (Exception e) {
                tell("error", "command", word[0], "why", e);
            }
        }
        bootstrapServer.destroy();
        server.destroy();
        System.exit(0);
    }

    private static class Registrations implements RegistrationListener {
        @Override
        public void registered(Registration registration, Registration previous,
                Collection<Observation> lost) {
            tell("registered", "ep", registration.getEndpoint(), "lifetime",
                    registration.getLifeTimeInSec(), "version", registration.getLwM2mVersion(),
                    "links", Arrays.toString(registration.getObjectLinks()), "binding",
                    registration.getBindingMode(), "id", registration.getId());
        }

        @Override
        public void updated(RegistrationUpdate update, Registration now, Registration previous) {
            tell("updated", "ep", now.getEndpoint(), "lifetime", now.getLifeTimeInSec(), "id",
                    now.getId());
        }

        @Override
        public void unregistered(Registration registration, Collection<Observation> observations,
                boolean expired, Registration successor) {
            tell("unregistered", "ep", registration.getEndpoint(), "expired", expired);
        }
    }

    private static class Observations implements ObservationListener {
        @Override
        public void newObservation(Observation observation, Registration registration) {
        }

        @Override
        public void cancelled(Observation observation) {
        }

        @Override
        public void onResponse(SingleObservation observation, Registration registration,
                ObserveResponse response) {
            tell("notification", "path", observation.getPath(), "code",
                    response.getCode().getCode(), "text", response.getContent());
        }

        @Override
        public void onResponse(CompositeObservation observation, Registration registration,
                ObserveCompositeResponse response) {
            tell("notification", "path", "composite", "code", response.getCode().getCode(),
                    "text", response.getContent());
        }

        @Override
        public void onError(Observation observation, Registration registration, Exception error) {
            tell("error", "command", "notification", "why", error);
        }
    }

    private static class Sessions extends BootstrapSessionAdapter {
        @Override
        public void sessionInitiated(BootstrapRequest request, LwM2mPeer peer) {
            tell("bootstrap-request", "ep", request.getEndpointName(), "format",
                    request.getPreferredContentFormat());
        }

        @Override
        public void unAuthorized(BootstrapRequest request, LwM2mPeer peer) {
            tell("bootstrap-refused", "ep", request.getEndpointName());
        }

        @Override
        public void onResponseSuccess(BootstrapSession session,
                BootstrapDownlinkRequest<? extends LwM2mResponse> request, LwM2mResponse response) {
            tell("bootstrap-answer", "request", request.getClass().getSimpleName(), "path",
                    request.getPath(), "code", response.getCode().getCode());
        }

        @Override
        public void onResponseError(BootstrapSession session,
                BootstrapDownlinkRequest<? extends LwM2mResponse> request, LwM2mResponse response) {
            tell("bootstrap-error", "request", request.getClass().getSimpleName(), "path",
                    request.getPath(), "code", response.getCode().getCode());
        }

        @Override
        public void end(BootstrapSession session) {
            tell("bootstrap-end");
        }

        @Override
        public void failed(BootstrapSession session, BootstrapFailureCause cause) {
            tell("bootstrap-failed", "cause", cause);
        }
    }
}
