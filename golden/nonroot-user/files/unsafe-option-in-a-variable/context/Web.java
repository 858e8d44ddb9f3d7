import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

class Web {
  public static void main(String[] args) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
    server.createContext("/", x -> x.sendResponseHeaders(204, -1));
    server.start();
  }
}
