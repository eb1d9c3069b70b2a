using System.Runtime.CompilerServices;
using LLama.Native;

namespace MobiZO.Peers.Tests.LlamaCpp;

/// <summary>
/// llama.cpp's library, loaded once and before any test: it takes a setting only until its first call, and which test makes that call is
/// not known.
/// </summary>
internal static class LlamaCppLibrary
{
    [ModuleInitializer]
    internal static void Load()
    {
        NativeLibraryConfig.All.WithLogCallback(
            (level, message) =>
            {
                if (level == LLamaLogLevel.Error)
                {
                    Console.Error.Write(message);
                }
            }
        );

        // The quantiser does not look for the library itself.
        NativeApi.llama_empty_call();
    }
}
