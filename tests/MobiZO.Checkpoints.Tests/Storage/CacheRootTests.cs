using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Tests.Storage;

[Collection("environment")]
public sealed class CacheRootTests
{
    [Fact]
    public void The_variable_names_the_folder_and_without_it_the_user_s_cache_does()
    {
        var (before, xdg) = (Environment.GetEnvironmentVariable(CacheRoot.Variable), Environment.GetEnvironmentVariable("XDG_CACHE_HOME"));
        try
        {
            Environment.SetEnvironmentVariable(CacheRoot.Variable, "/elsewhere");
            Assert.Equal("/elsewhere", CacheRoot.Default);
            Environment.SetEnvironmentVariable(CacheRoot.Variable, null);
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Path.Combine("some", "cache"));
            Assert.Equal(Path.Combine("some", "cache", "mobizo"), CacheRoot.Default);
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", null);
            Assert.EndsWith("mobizo", CacheRoot.Default, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(CacheRoot.Variable, before);
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", xdg);
        }
    }
}
