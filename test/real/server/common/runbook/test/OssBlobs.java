package runbook.test;

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.OSSException;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyun.oss.model.DeleteObjectsRequest;
import com.aliyun.oss.model.GetObjectRequest;
import com.aliyun.oss.model.ListObjectsRequest;
import com.aliyun.oss.model.OSSObjectSummary;
import com.aliyun.oss.model.ObjectListing;
import com.aliyun.oss.model.ObjectMetadata;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** The blobs of one bucket, through Alibaba's own SDK. It knows nothing of Elasticsearch: every version uses it. */
public final class OssBlobs implements Closeable {
  private final OSS client;
  private final String bucket;

  /** `setting` gives a repository setting by its name in the cloud ("endpoint"), or an empty text. */
  public OssBlobs(UnaryOperator<String> setting, SignVersion version) {
    String endpoint = setting.apply("endpoint");
    ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();
    configuration.setSignatureVersion(version);
    // The server of the tests has an IP address: no bucket's name can stand before it.
    configuration.setSLDEnabled(true);
    configuration.setMaxErrorRetry(0);
    String url = endpoint.contains("://") ? endpoint : "http://" + endpoint;
    this.bucket = setting.apply("bucket");
    this.client =
        OSSClientBuilder.create()
            .endpoint(URI.create(url).toString())
            .credentialsProvider(
                new DefaultCredentialProvider(setting.apply("access_key_id"), setting.apply("secret_access_key")))
            .clientConfiguration(configuration)
            .region("cn-hangzhou")
            .build();
  }

  public boolean exists(String key) throws IOException {
    return translated(key, () -> client.doesObjectExist(bucket, key));
  }

  public InputStream read(String key) throws IOException {
    return translated(key, () -> client.getObject(bucket, key).getObjectContent());
  }

  public InputStream read(String key, long position, long length) throws IOException {
    if (length == 0) return InputStream.nullInputStream();
    GetObjectRequest request = new GetObjectRequest(bucket, key);
    request.setRange(position, position + length - 1);
    return translated(key, () -> client.getObject(request).getObjectContent());
  }

  public void write(String key, InputStream content, long length, boolean isNew) throws IOException {
    ObjectMetadata metadata = new ObjectMetadata();
    metadata.setContentLength(length);
    if (isNew) metadata.setHeader("x-oss-forbid-overwrite", "true");
    translated(key, () -> client.putObject(bucket, key, content, metadata));
  }

  /** Key → size, of everything whose key begins so. */
  public Map<String, Long> list(String prefix) throws IOException {
    Map<String, Long> found = new LinkedHashMap<>();
    eachPage(prefix, null, page -> {
      for (OSSObjectSummary object : page.getObjectSummaries()) found.put(object.getKey(), object.getSize());
    });
    return found;
  }

  /** Key → size, of what lies directly in a folder (a prefix that is empty or ends with a slash). */
  public Map<String, Long> listFolder(String folder, String namePrefix) throws IOException {
    Map<String, Long> found = new LinkedHashMap<>();
    eachPage(folder + namePrefix, "/", page -> {
      for (OSSObjectSummary object : page.getObjectSummaries()) found.put(object.getKey(), object.getSize());
    });
    return found;
  }

  /** The folders directly in a folder, with their slash. */
  public Collection<String> folders(String folder) throws IOException {
    Collection<String> found = new TreeSet<>();
    eachPage(folder, "/", page -> found.addAll(page.getCommonPrefixes()));
    return found;
  }

  public void delete(Collection<String> keys) throws IOException {
    List<String> left = new ArrayList<>(keys);
    while (!left.isEmpty()) {
      List<String> some = left.subList(0, Math.min(left.size(), 1000));
      DeleteObjectsRequest request = new DeleteObjectsRequest(bucket).withKeys(new ArrayList<>(some)).withQuiet(true);
      translated("several", () -> client.deleteObjects(request));
      some.clear();
    }
  }

  @Override
  public void close() {
    client.shutdown();
  }

  private interface Page {
    void take(ObjectListing listing);
  }

  private void eachPage(String prefix, String delimiter, Page page) throws IOException {
    String marker = null;
    do {
      ListObjectsRequest request =
          new ListObjectsRequest(bucket).withPrefix(prefix).withMarker(marker).withDelimiter(delimiter).withMaxKeys(1000);
      ObjectListing listing = translated(prefix, () -> client.listObjects(request));
      page.take(listing);
      marker = listing.isTruncated() ? listing.getNextMarker() : null;
    } while (marker != null);
  }

  private interface Action<T> {
    T run();
  }

  private static <T> T translated(String key, Action<T> action) throws IOException {
    try {
      return action.run();
    } catch (OSSException error) {
      if (error.getErrorCode().equals("NoSuchKey")) throw new NoSuchFileException(key);
      if (error.getErrorCode().equals("FileAlreadyExists")) throw new FileAlreadyExistsException(key);
      throw new IOException(error.getErrorCode() + ": " + error.getErrorMessage(), error);
    } catch (RuntimeException error) {
      throw new IOException(error.getMessage(), error);
    }
  }
}
