import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** A look-up by hand on the JVM: the JDK's HTTP server, HikariCP, pgjdbc with prepared statements. It checks nothing. */
public class HikariServer {
    private static final String LOOK_UP =
        "select id, full_name, tier, balance from customers where phone = ? limit 1";

    public static void main(String[] args) throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(args[0]);
        config.setUsername(args[1]);
        config.setPassword(args[2]);
        config.setMaximumPoolSize(Integer.parseInt(args[3]));
        config.addDataSourceProperty("prepareThreshold", "1");
        HikariDataSource pool = new HikariDataSource(config);
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(Executors.newFixedThreadPool(32));
        server.createContext("/look-up", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            int start = body.indexOf(":\"") + 2;
            String phone = body.substring(start, body.indexOf('"', start));
            String answer = "{\"outcome\":\"NO_RECORDS\"}";
            try (var connection = pool.getConnection(); var statement = connection.prepareStatement(LOOK_UP)) {
                statement.setString(1, phone);
                try (var rows = statement.executeQuery()) {
                    if (rows.next()) {
                        answer = "{\"outcome\":\"FOUND\",\"id\":" + rows.getInt(1) + ",\"full_name\":\"" + rows.getString(2)
                            + "\",\"tier\":\"" + rows.getString(3) + "\",\"balance\":" + rows.getBigDecimal(4) + "}";
                    }
                }
            } catch (java.sql.SQLException error) {
                answer = "{\"outcome\":\"ERROR\"}";
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        System.out.println("listening on " + server.getAddress().getPort());
    }
}
